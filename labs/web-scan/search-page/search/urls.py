"""The addresses of the site with its search."""

from django.urls import include, path

from search.views import search

urlpatterns = [path("search/", search, name="search"), path("", include("guestbook.urls"))]
