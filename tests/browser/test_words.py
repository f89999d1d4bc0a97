"""Streamlit's own words, in the language of the page: what is shown, and what screen readers say."""

import re

import pytest
from playwright.sync_api import expect

from tests.support.browser import at_rest, serving, visitor

LATIN = re.compile(r"[A-Za-z]{2}")
OURS = re.compile(r"relu|VGG16|L-BFGS|English")  # words that stay as they are in every language
SAID = """() => [...document.querySelectorAll("body [aria-label], body [placeholder]")]
  .flatMap((element) => [element.ariaLabel, element.placeholder]).filter(Boolean)"""


def english(page):
    """What screen readers say in Latin letters, apart from our own words."""
    return [said for said in page.evaluate(SAID) if LATIN.search(OURS.sub("", said)) and "Язык" not in said]


def test_streamlit_s_own_words_are_those_of_the_page_also_after_a_change_of_the_language(browser, address):
    with visitor(browser, f"{address}/lambda_lab?lang=ru&axis=statistic") as page:
        button = page.get_by_test_id("stFileUploaderDropzone").first.locator("button p")
        choice = page.locator(".st-key-preset")
        for language, word, label, skip in (
            ("English", "Upload", "Help: Preset", "Skip to main content"),
            ("Русский", "Загрузить", "Справка: Готовые настройки", "К содержанию страницы"),
        ):
            page.get_by_role("radio", name=language).click()
            expect(button).to_have_text(word)
            expect(choice.get_by_test_id("stTooltipHoverTarget").locator("button")).to_have_attribute(
                "aria-label", label
            )
            expect(page.get_by_test_id("stSkipToContent")).to_have_text(skip)
        at_rest(page)
        assert not english(page)
        choice.get_by_role("button", name="Открыть список").click()
        announced = page.locator("[data-live-announcer] *", has_text=re.compile(r"^Вариантов: \d+$"))
        announced.first.wait_for(state="attached")


@pytest.mark.long
def test_a_list_without_results_and_a_server_that_is_gone_are_told_in_russian(browser):
    with serving() as (url, process):
        page = browser.new_page()
        page.goto(f"{url}/?lang=ru")
        field = page.locator(".st-key-preset input").first
        field.click()
        field.press_sequentially("zzz")
        page.get_by_text("Ничего не найдено").wait_for()
        process.terminate()
        page.get_by_role("heading", name="Нет связи").wait_for()
        page.get_by_text("Проверьте сеть").wait_for()
        page.get_by_role("dialog").get_by_role("button", name="Закрыть").click()
        page.close()
