"""How right the guide is on labelled questions, and what a change of knowledge does to them."""
