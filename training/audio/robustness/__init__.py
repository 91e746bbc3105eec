"""How steady hearing is when recordings are narrow, lossy, quiet or noisy, by each cure for empty bands."""

from .cures import CURES, Cure
from .measures import Robustness, measure_robustness
from .treatments import TREATMENTS, TreatedSpectra, treated_spectra

__all__ = ["CURES", "TREATMENTS", "Cure", "Robustness", "TreatedSpectra", "measure_robustness", "treated_spectra"]
