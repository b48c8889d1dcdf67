from django.apps import AppConfig


class CustomersConfig(AppConfig):
    name = "doorstep.domain.customers"
    label = "customers"
    verbose_name = "Customers"
