# Fluewatch in a container: built once, run by a user without rights, on a root that nothing writes to.
FROM node:20-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
# Every native part comes prebuilt inside npm.
RUN npm ci --ignore-scripts
COPY . .
RUN npm run build && npm prune --omit=dev --ignore-scripts

FROM node:20-bookworm-slim
ENV NODE_ENV=production FLUEWATCH_DATA_DIR=/data
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY --from=build /app/config config
COPY --from=build /app/scripts scripts
RUN install -d -o node -g node -m 700 /data
USER node
VOLUME /data
ENTRYPOINT ["node", "scripts/fluewatch.js"]
CMD ["start"]
