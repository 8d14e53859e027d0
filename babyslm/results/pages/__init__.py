"""Pages and plots: the report of one learner, the comparison of several. Accuracies are not computed here.

Input: outcomes. Output: self-contained HTML pages, Vega-Lite specifications, SVG.
"""
