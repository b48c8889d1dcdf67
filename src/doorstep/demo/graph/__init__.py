"""A stand-in for Microsoft Graph's calendars: to try the sync without a tenant, and for tests."""
