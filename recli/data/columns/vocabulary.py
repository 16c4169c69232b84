"""The words in names of columns that say which role a column plays."""

from __future__ import annotations


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


USERS = _set(
    "user reviewer customer member visitor person profile account client buyer rater reader listener "
    "viewer consumer household shopper subscriber who uid username mbox cust u"
)
WEAK_USERS = _set("author session device player student guest critic patron")
ITEMS = _set(
    "item movie film book isbn product asin joke song track artist album business anime manga game "
    "app recipe restaurant place venue poi hotel article news course video beer wine listing sku "
    "show podcast episode paper stock good iid what thing content i"
)
WEAK_ITEMS = _set("location url page title document doc post event offer ad goods")
# A bare noun in the first row may also be what the first user likes: of these it is a header.
HEADER_NOUNS = _set(
    "user reviewer customer member uid username item iid movie film book isbn product asin joke song "
    "track artist business anime game recipe"
)
ID_WORDS = _set("id ids key code uuid guid hash sha sha1 unique no pseudo")
NAME_WORDS = _set("name title nick nickname login handle screen")
RATINGS = _set("rating ratings score scores star stars overall grade vote rate r")
OWN = _set("my user own personal your")
ABOUT_ALL = _set(  # the opinion of everybody, or of a rating itself
    "avg average mean median std stdev min max sum votes n num number nb count counts total imdb tmdb "
    "metacritic critic critics helpful helpfulness unhelpful useful usefulness funny cool by id ids "
    "predicted prediction bayes bayesian weighted global community public site rank percentile"
)
WEIGHTS = _set(
    "plays playcount playcounts count counts quantity qty times listens listencount scrobbles freq "
    "frequency weight hours clicks views visits purchases units playtime"
)
OF_WEIGHTS = _set(
    "n num number nb total of user my play listen view click purchase visit order event"
)
EVENTS = _set("event action behavior behaviour interaction activity")
KINDS = _set("type kind name")
TIMES = _set("timestamp time date datetime ts when created createdat ratedat updated")
MOMENTS = _set("timestamp ts unix")
AFTER_TIMES = _set("at dat dt")  # as in created_at
OTHER_TIMES = _set(  # of the item's or the user's life, or a length
    "release released publication published birth born birthday dwell watch play spent duration join "
    "joined signup registration registered zone id hour day month year start started finish finished "
    "begin end minute second crawl crawled scraped"
)
ROWS = _set("row index record review rating interaction transaction order invoice")
ATTRIBUTES = _set(
    "price cost age year duration length size zip zipcode lat lon latitude longitude income discount "
    "salary gender sex category categories brand city country color colour language hour day week month "
    "page position text review summary comment description image verified vine tags genre genres"
)
NOUNS = USERS | WEAK_USERS | ITEMS | WEAK_ITEMS
IDS_THEMSELVES = _set("isbn asin sku uid iid")
BEYOND_DOUBT = (
    (RATINGS - _set("vote rate grade r"))
    | OWN
    | TIMES
    | AFTER_TIMES
    | ITEMS
    | USERS
    | ID_WORDS
    | _set("unix review value")
)
KINDS_OF_EVENTS = _set(
    "view pv click cart addtocart add_to_cart buy purchase transaction fav favorite favourite like "
    "dislike play listen skip share follow download install read rate want wish bookmark save order "
    "remove_from_cart collect comment impression detail checkout star"
)
_NO = _set("false no f n left")
YES_NO = _NO | _set("true yes t y right")
ASKED = _set(  # the questions that a yes or no answers, as in is_recommended
    "like liked likes dislike disliked recommend recommended recommends recommendation thumb thumbs "
    "favorite favourite favorited love loved purchase purchased bought ordered click clicked convert "
    "converted conversion reaction feedback opinion sentiment response label target interested "
    "interest accepted accept watched listened read finished completed match matched swipe direction"
)
_AGAINST = _set("down dislike disliked negative neg hate reject rejected thumbs_down 👎") | {
    *("not recommended", "thumbs down"),
}
AGAINST = _NO | _AGAINST
OPINIONS = (
    _AGAINST
    | _set("up like liked positive pos love accept accepted thumbs_up 👍")
    | {
        *("neutral", "mixed", "recommended", "thumbs up"),
    }
)
