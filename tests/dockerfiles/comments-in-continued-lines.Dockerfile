FROM python:3.14-slim
# Before.
RUN apt-get update \
    # curl is for the health check
    && apt-get install -y \
        curl \
        # apt-get install is not what this comment does
        git \
    && true
COPY . .
RUN pip install \
    # pip install reads this list
    -r requirements.txt
CMD gunicorn \
    # everywhere
    --bind 0.0.0.0:8000 \
    app:app
