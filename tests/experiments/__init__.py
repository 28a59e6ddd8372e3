"""Tests of experiments by area."""
