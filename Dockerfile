# syntax=docker/dockerfile:1
# The gate in a small image: one binary, no shell, an unprivileged account.

FROM rust:1.95-slim-bookworm AS build
RUN apt-get update \
    && apt-get install -y --no-install-recommends gcc libc6-dev libclang-dev \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY Cargo.toml Cargo.lock ./
COPY src src
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    cargo build --locked --release --bin postern \
    && install -D -m 0755 target/release/postern /out/postern \
    && install -d -m 0700 /out/etc/audit /out/etc/state /out/etc/keys

FROM gcr.io/distroless/cc-debian12:nonroot
COPY --from=build /out/postern /usr/local/bin/postern
# Volumes that are mounted here are first filled from these folders, and so belong to the account.
COPY --from=build --chown=65532:65532 /out/etc/ /etc/postern/
USER 65532:65532
EXPOSE 6432
ENTRYPOINT ["/usr/local/bin/postern"]
CMD ["serve", "--config", "/etc/postern"]
