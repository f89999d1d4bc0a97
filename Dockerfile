# The dashboard for a machine without a GPU; compose.gpu.yaml builds it with CUDA.

FROM python:3.12-slim-bookworm AS build
ARG REQUIREMENTS=requirements-cpu.txt
RUN python -m venv /opt/stylecore
WORKDIR /source
COPY requirements.txt requirements-cpu.txt ./
RUN /opt/stylecore/bin/pip install --no-cache-dir -r "$REQUIREMENTS"
COPY . .
RUN /opt/stylecore/bin/pip install --no-cache-dir --no-deps .

FROM python:3.12-slim-bookworm
RUN useradd --uid 1000 --create-home stylecore
COPY --from=build /opt/stylecore /opt/stylecore
ENV PATH="/opt/stylecore/bin:$PATH" PYTHONUNBUFFERED=1
USER 1000:1000
WORKDIR /home/stylecore
EXPOSE 8501
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8501/_stcore/health', timeout=4)"]
ENTRYPOINT ["stylecore"]
CMD ["app", "--address", "0.0.0.0", "--", "--server.headless", "true"]
