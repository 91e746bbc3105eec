"""Learning to hear where a recording sits: spectra, the audio encoder's recipes, their evaluation."""
