"""The mock: a transcript's server side, served to any number of clients."""
