# One file, three images: profile-server, collector, demo-app (which is demo-api, demo-worker and load).
#
#   docker build --target profile-server -t emberscope/profile-server .
#   docker run -p 127.0.0.1:4040:4040 -v profiles:/data emberscope/profile-server
#
# Each holds compiled code and what it needs in production, owned by root and written by nobody; it
# runs as user 10001 and needs /data (where it keeps something) and /tmp alone.

FROM node:24-bookworm-slim AS base
WORKDIR /app

# The package.json of every room, found, not listed: installing happens again only when one of
# them changes, and a new room needs no line here.
FROM base AS manifests
COPY . .
RUN mkdir /manifests \
 && find . \( -name package.json -o -name package-lock.json -o -name .npmrc \) -exec cp --parents -t /manifests {} +

FROM base AS build
COPY --from=manifests /manifests ./
RUN --mount=type=cache,target=/root/.npm npm ci
COPY . .
RUN npx tsc -b services/profile-server services/collector demo-app \
 && node scripts/bundle.mjs \
 && npm run build -w services/web
# What ships: no tests, no benchmarks, no declarations. Source maps stay: the demo's frames are named
# by them, and so are the lines in stack traces.
RUN find packages services demo-app -path '*/node_modules' -prune -o -path '*/dist/*' \
      \( -name '*.test.js*' -o -name '*.d.ts*' -o -name '*.tsbuildinfo' \) -exec rm {} + \
 && find packages services demo-app -path '*/node_modules' -prune -o -path '*/dist/*' \
      -type d \( -name testing -o -name bench \) -exec rm -r {} + \
 && mkdir /out \
 && find packages services demo-app -path '*/node_modules' -prune -o -type d -name dist \
      -exec cp -r --parents -t /out {} +
# Optional: there is none for some processors.
RUN mkdir -p /out/native/node_modules \
 && for name in koffi @koromix; do \
      if [ -d "node_modules/$name" ]; then cp -r "node_modules/$name" /out/native/node_modules/; fi; \
    done \
 && rm -rf /out/native/node_modules/koffi/doc /out/native/node_modules/koffi/vendor

FROM base AS collector-modules
COPY --from=manifests /manifests ./
RUN --mount=type=cache,target=/root/.npm npm ci --omit=dev --workspace services/collector

FROM base AS demo-app-modules
COPY --from=manifests /manifests ./
RUN --mount=type=cache,target=/root/.npm npm ci --omit=dev --workspace demo-app

# A number, not a name, so that Kubernetes can see that it is not root. A volume that is mounted to
# /data for the first time takes its owner from here.
FROM base AS runtime
ENV NODE_ENV=production
RUN groupadd --gid 10001 emberscope \
 && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin emberscope \
 && install -d -o 10001 -g 10001 /data
COPY scripts/healthcheck.mjs scripts/

# Bundled: its libraries and packages are in its files, all but a native one.
FROM runtime AS profile-server
COPY --from=manifests /manifests/package.json ./
COPY --from=build /out/native/node_modules node_modules
COPY --from=manifests /manifests/services/profile-server services/profile-server
COPY --from=build /out/services/web services/web
COPY --from=build /out/services/profile-server services/profile-server
USER 10001:10001
ENV EMBERSCOPE_LISTEN=0.0.0.0:4040 EMBERSCOPE_DATA_DIR=/data
# What threads hand to one another is freed elsewhere than it was allocated: with an arena for each of
# twenty threads, a third of the memory stays with nobody using it. And glibc stops giving arrays of up
# to 32 MiB back once it has freed one, unless it is told from what size on it shall.
ENV MALLOC_ARENA_MAX=2 MALLOC_MMAP_THRESHOLD_=131072
EXPOSE 4040
ENTRYPOINT ["node", "--enable-source-maps", "--max-semi-space-size=4", "services/profile-server/dist/main.js"]

FROM runtime AS collector
COPY --from=collector-modules /app ./
COPY --from=build /out/packages packages
COPY --from=build /out/services/collector services/collector
USER 10001:10001
ENV EMBERSCOPE_LISTEN=0.0.0.0:4100
EXPOSE 4100
ENTRYPOINT ["node", "--enable-source-maps", "services/collector/dist/main.js"]

# Frames are named from the working directory on: ./src/database/el-data-converter.ts.
FROM runtime AS demo-app
COPY --from=demo-app-modules /app ./
COPY --from=build /out/demo-app demo-app
COPY scripts/load.ts scripts/
COPY scripts/load scripts/load
WORKDIR /app/demo-app
USER 10001:10001
ENV HOST=0.0.0.0 DEMO_DATA_DIR=/data
EXPOSE 8080 8081
CMD ["node", "--enable-source-maps", "dist/api.js"]
