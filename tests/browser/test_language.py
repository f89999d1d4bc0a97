"""The language in a browser: chosen once, it holds on every page, in every link, and for numbers that are typed."""

import re

from tests.support.browser import at_rest, expect, unfold, visitor


def pages(page):
    return page.get_by_test_id("stPageLink-NavLink")


def is_russian(page, title):
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    expect(page.locator("html")).to_have_attribute("lang", "ru")
    expect(page).to_have_url(re.compile(r"[?&]lang=ru(&|$)"))
    expect(page).to_have_title(re.compile("Нейронный перенос стиля"))
    at_rest(page)


def test_a_switch_in_the_navigation_holds_on_every_page_and_in_the_link(browser, address):
    with visitor(browser, address) as page:
        expect(page.locator("html")).to_have_attribute("lang", "en")
        page.get_by_role("radio", name="Русский").click()
        is_russian(page, "Ваша фотография в любом стиле")
        names = ["Студия", "Лаборатория λ", "Галерея", "Слои", "Теория", "О программе"]
        expect(pages(page).locator("p")).to_have_text(names)
        for number, title in ((2, "Готовые картины"), (4, "Почему это работает")):
            pages(page).nth(number).click()
            is_russian(page, title)
        link = page.url
        page.reload()
        is_russian(page, "Почему это работает")
        with visitor(browser, link) as other:
            is_russian(other, "Почему это работает")
        page.get_by_role("radio", name="English").click()
        expect(page.locator("html")).to_have_attribute("lang", "en")
        pages(page).first.click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Paint your photograph in any style")
        expect(page).to_have_url(re.compile("lang=en"))  # also for somebody whose browser is Russian


def test_choices_stay_as_they_are_when_the_language_changes_and_back(browser, address):
    """A browser sends a choice by its label, which is another one then."""
    with visitor(browser, f"{address}/?size=128&steps=7&statistic=moments") as page:
        for name, run in (("Русский", "Запустить"), ("English", "Run"), ("Русский", "Запустить"), ("English", "Run")):
            page.get_by_role("radio", name=name).click()
            expect(page.locator(".st-key-run_studio button")).to_have_text(re.compile(run))
            at_rest(page)
            expect(page.locator(".st-key-run_studio button")).to_be_enabled()
            expect(page.get_by_test_id("stAlertContentError")).to_have_count(0)
            expect(page).to_have_url(re.compile("statistic=moments"))
        page.locator(".st-key-run_studio button").click()
        expect(page.get_by_text("Done: 7 steps")).to_be_visible(timeout=60_000)


def test_a_browser_in_russian_finds_the_page_in_russian(browser, address):
    with visitor(browser, address, locale="ru-RU") as page:
        is_russian(page, "Ваша фотография в любом стиле")
        expect(page.get_by_text("0,2", exact=True).first).to_be_visible()  # λ, over its slider


def test_a_number_may_be_typed_with_a_comma(browser, address):
    """In a browser whose own language is another one, which would drop the comma."""
    with visitor(browser, f"{address}/?lang=ru&optimizer=adam") as page:
        unfold(page, "Дополнительно")
        field = page.locator(".st-key-set_learning_rate input")
        field.fill("")
        field.press_sequentially("0,5")
        field.press("Enter")
        expect(page).to_have_url(re.compile("learning_rate=0.5"))
        expect(field).to_have_value("0.5")
