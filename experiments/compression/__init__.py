"""Effect of compression on a small learner: the page of the experiment."""
