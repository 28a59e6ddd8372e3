"""The dataset that ships, taken apart as tests need it."""

from __future__ import annotations

from telads.dataset import seoul

SEOUL = seoul()
BY_ID = dict(SEOUL.measures)
MEASURES = tuple(BY_ID.values())
SERVICES = SEOUL.services
SERVICE_IDS = SEOUL.service_ids
DISTRICTS = dict(SEOUL.districts)
AGES = SEOUL.ages
AGES5 = SEOUL.cell_ages
