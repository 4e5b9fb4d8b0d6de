FROM golang:1.25 AS build
WORKDIR /src
COPY . .
RUN go build -o /bin/app .
FROM scratch
COPY --from=build /bin/app /app
USER 65532
ENTRYPOINT ["/app"]
