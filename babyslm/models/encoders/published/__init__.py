"""Published speech encoders, each read from its own format: transformers, torchaudio, fairseq, fairseq2."""
