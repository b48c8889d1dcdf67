"""Public benchmark instances, read and solved as a day of bookings and one replanning."""
