"""The dashboard as `stylecore app` serves it: app.py and its pages, with headers that shield it in a browser."""

import streamlit as st
from starlette.middleware import Middleware

from stylecore.ui.headers import ProtectiveHeaders
from stylecore.ui.plotly_js import plotly_route
from stylecore.ui.stopping import stop_in_order
from stylecore.ui.warm_up import warm_up

warm_up()
app = st.App("app.py", lifespan=stop_in_order, routes=[plotly_route()], middleware=[Middleware(ProtectiveHeaders)])
