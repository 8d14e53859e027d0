"""Published speech encoders in their own formats: transformers, torchaudio, fairseq, fairseq2."""
