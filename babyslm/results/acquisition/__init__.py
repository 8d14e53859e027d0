"""When each word becomes known along the training of a learner, and how this order compares with that of children.

In come results of one learner at several amounts of training, and tables of children; out go ages of acquisition,
sizes of vocabulary, and correlations with intervals.
"""
