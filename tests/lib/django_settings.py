# django_settings.py - a Django project of the applications that come with it, for samples.py.
# SPDX-License-Identifier: Apache-2.0
import json
import os

import pymysql

pymysql.install_as_MySQLdb()

DATABASES = {"default": json.loads(os.environ["TS_DATABASE"])}
INSTALLED_APPS = [f"django.contrib.{name}" for name in (
    "admin", "auth", "contenttypes", "flatpages", "messages", "redirects", "sessions", "sites")]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
SECRET_KEY = "not one"
SITE_ID = 1
USE_TZ = True
