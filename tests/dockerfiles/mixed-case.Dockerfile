From python:3.14.0-trixie As Run
WorkDir /app
Copy . .
Run python3 -m pip install -r requirements.txt
Cmd python app.py --port $PORT
