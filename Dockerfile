# docker build -t emporix-mockserver . && docker run --rm -p 8080:8080 emporix-mockserver
# The official image builds Python with profile-guided optimization (PGO): a request takes a sixth less CPU time. The
# second stage checks this, so that a change of the base image cannot lose it.
FROM python:3.12-slim AS build
WORKDIR /src
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY mockserver/ mockserver/
COPY spec/ spec/
COPY fixtures/ fixtures/
COPY docs/fidelity.md docs/
RUN python -m venv /opt/mockserver \
    && /opt/mockserver/bin/pip install --no-cache-dir --constraint constraints.txt '.[tls]'

FROM python:3.12-slim
RUN python -c "import sysconfig; assert '--enable-optimizations' in sysconfig.get_config_var('CONFIG_ARGS'), 'no PGO'" \
    && useradd --system --no-create-home --uid 10001 mockserver
COPY --from=build /opt/mockserver /opt/mockserver
ENV PATH="/opt/mockserver/bin:$PATH" \
    PYTHONUNBUFFERED=1 \
    MOCKSERVER_HOST=0.0.0.0 \
    MOCKSERVER_PORT=8080
USER 10001
EXPOSE 8080
HEALTHCHECK --interval=5s --timeout=6s --start-period=10s --start-interval=0.5s CMD ["mockserver", "healthcheck"]
ENTRYPOINT ["mockserver"]
CMD ["serve"]
