"""The energy behind second-order sections, against SciPy."""

import numpy as np
import pytest
from scipy.signal import butter, sosfilt

from semeq import eq


@pytest.mark.parametrize("channels", [1, 2, 5])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_energy_is_that_of_sosfilt(random, channels, dtype):
    sections = butter(4, [0.1, 0.4], "bandpass", output="sos")
    audio, weights = random.standard_normal((3000, channels)).astype(dtype), random.uniform(0.5, 2, channels)
    asked = sosfilt(sections, audio.astype(np.float64), axis=0) ** 2 @ weights
    meter = eq.WeightedEnergy(sections, weights)
    got = np.concatenate([meter(part) for part in np.split(audio, [1, 500, 501, 2000])])
    np.testing.assert_allclose(got, asked, rtol=1e-12)
    planes = np.asfortranarray(audio)
    np.testing.assert_array_equal(eq.WeightedEnergy(sections, weights)(planes), got)


def test_a_wrong_channel_count_is_refused():
    with pytest.raises(ValueError, match="differ in shape"):
        eq.WeightedEnergy(butter(2, 0.1, output="sos"), np.ones(2))(np.zeros((10, 3)))
