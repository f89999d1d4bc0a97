"""What the pages share; the only rooms that import streamlit."""
