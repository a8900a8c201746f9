# Two images around one static binary, `tollgate`, which lies beside this file (the release workflow puts it there; by hand:
# `cargo build --locked --release --target x86_64-unknown-linux-musl` and copy it here).
#   buildah build --target scratch .   the binary alone
#   buildah build --target ci .        with busybox and git, for runners that need a shell

FROM scratch AS scratch
COPY --chmod=0755 tollgate /tollgate
USER 65532:65532
WORKDIR /repository
ENTRYPOINT ["/tollgate"]
CMD ["check"]

FROM docker.io/library/alpine:3.22 AS ci
RUN apk add --no-cache git
COPY --chmod=0755 tollgate /usr/local/bin/tollgate
USER 65532:65532
WORKDIR /repository
CMD ["tollgate", "check"]
