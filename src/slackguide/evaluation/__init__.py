"""Evaluation: the guide's accuracy on labelled questions, and what a change of knowledge does to it."""
