"""Listeners: acknowledge, read, call, render."""
