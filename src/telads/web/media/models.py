"""Stored media: names and prices that planners book at, entered by them."""

from __future__ import annotations

from django.db import models

from telads.web.plans.models import LONGEST_NAME

LONGEST_NOTE = 200
LONGEST_SERVICE = 100


class Medium(models.Model):
    """A medium that can be booked, as the platform of a plan; money in the dataset's currency."""

    name = models.CharField(max_length=LONGEST_NAME, unique=True)
    service = models.CharField(max_length=LONGEST_SERVICE)
    """Id of the service it stands for."""
    price = models.PositiveBigIntegerField()
    """CPM: price of 1,000 impressions."""
    minimum = models.PositiveBigIntegerField(default=0)
    """Least spend; 0 for none."""
    cap = models.PositiveBigIntegerField(null=True, blank=True)
    """Largest spend."""
    ceiling = models.FloatField(null=True, blank=True)
    """Share of people it can reach, above 0 to 1."""
    priced = models.DateField()
    """The day the price is of."""
    note = models.CharField(max_length=LONGEST_NOTE, blank=True)

    class Meta:
        """By name."""

        ordering = ("name",)

    def __str__(self) -> str:
        return self.name

    @property
    def example(self) -> bool:
        """Whether it is one of the examples, which are not stored."""
        return self.pk is None
