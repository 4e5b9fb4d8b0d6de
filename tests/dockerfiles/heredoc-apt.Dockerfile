FROM debian:trixie
RUN <<-INSTALL
	apt-get update
	apt-get install -y python3 python3-pip
	INSTALL
COPY app.py /
CMD python3 /app.py
