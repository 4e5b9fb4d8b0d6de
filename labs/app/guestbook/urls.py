"""The addresses of the guestbook."""

from django.urls import path, re_path

from guestbook import views

urlpatterns = [
    path("", views.entries, name="entries"),
    path("sign/", views.sign, name="sign"),
    path("healthz", views.healthz, name="healthz"),
    re_path(r"^media/(?P<name>[0-9a-f]{32}\.jpg)$", views.picture, name="picture"),
]
