"""Pages and plots: the report of one learner, the comparison of several. Nothing here computes an accuracy.

Comes in: outcomes. Goes out: HTML pages that stand alone, Vega-Lite specifications, SVG.
"""
