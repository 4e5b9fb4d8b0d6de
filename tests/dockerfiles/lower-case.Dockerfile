from python:3.14
workdir /app
# everything
add . /app
run pip3 install -r requirements.txt
env port 8000 \
    debug=0
expose 8000
cmd python app.py
