"""How gunicorn serves the site: one port, and logs in files."""

bind = "0.0.0.0:8000"
workers = 2
threads = 4
accesslog = "/var/log/access.log"
errorlog = "/var/log/error.log"
