"""What a small learner forgets when it is compressed: the experiment and its page."""
