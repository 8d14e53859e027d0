"""Layers that can be factorised, their ranks, and their first factors.

Input: linear layers and their activation statistics. Output: ranks under a parameter budget, and factors.
"""
