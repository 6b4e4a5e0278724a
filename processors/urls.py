from django.urls import path

from . import views

urlpatterns = [
    path("p/<slug:slug>/files/", views.upload, name="processor-files"),
    path("p/<slug:slug>/thumbnail/", views.thumbnail, name="processor-thumbnail"),
]
