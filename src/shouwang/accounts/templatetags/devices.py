"""`{{ session.user_agent|device }}`: browser and system in short."""

from django import template

from shouwang.accounts.devices import device

register = template.Library()
register.filter("device", device)
