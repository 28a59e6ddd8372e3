"""The advertiser page: targets of a service, and platforms for its advert."""
