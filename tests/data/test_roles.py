"""Which column is what: by name, by values, by place, or by asking."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from recli import errors
from recli.data.columns import roles
from recli.data.columns.assign import Assigned, assign
from recli.data.description import ROLES, RatingsSource
from recli.data.formats._reader import reader
from recli.data.sources.location import Location

Write = Callable[..., Path]
Assign = Callable[..., Assigned]
Found = Callable[..., dict[str, str]]
Refused = Callable[..., str]


@pytest.fixture
def assigned(write: Write) -> Assign:
    """What is assigned to the columns of a file with this content."""

    def assigned(content: str, **given: object) -> Assigned:
        file = Location(write(content, "r.csv"))
        source = RatingsSource(file="r.csv", **given)  # type: ignore[arg-type]
        source, _ = reader(file, source).complete(file, source)
        return assign(file, source, reader(file, source).read(file, source))

    return assigned


@pytest.fixture
def found(assigned: Assign) -> Found:
    """The roles that are played: role -> column, `implicit` -> "yes" for interactions."""

    def found(content: str, **given: object) -> dict[str, str]:
        source = assigned(content, **given).source
        played = {role: column for role in ROLES if (column := getattr(source, role))}
        return played | ({"implicit": "yes"} if source.implicit else {})

    return found


@pytest.fixture
def asked(assigned: Assign, tmp_path: Path) -> Refused:
    """The message of the DataError, without the file's folder."""

    def asked(content: str, **given: object) -> str:
        with pytest.raises(errors.DataError) as caught:
            assigned(content, **given)
        assert caught.value.exit_code == 3
        return str(caught.value).removeprefix(f"{tmp_path / 'r.csv'}: ")

    return asked


AMAZON_US = (
    "marketplace\tcustomer_id\treview_id\tproduct_id\tproduct_parent\tproduct_title\tproduct_category\t"
    "star_rating\thelpful_votes\ttotal_votes\tvine\tverified_purchase\treview_headline\treview_body\t"
    "review_date\n"
    "US\t1797001\tR1AAA\tB000000001\t210261\tSoap\tBeauty\t5\t0\t0\tN\tY\tFine\tClean.\t2015-08-31\n"
    "US\t1838002\tR1BBB\tB000000002\t106393\tLotion\tBeauty\t4\t3\t7\tN\tY\tGood\tSoft.\t2015-08-30\n"
    "US\t1838002\tR1CCC\tB000000001\t210261\tSoap\tBeauty\t2\t12\t13\tN\tY\tBad\tDry.\t2015-08-29\n"
)
MY_ANIME = (
    "username,anime_id,my_watched_episodes,my_start_date,my_finish_date,my_score,my_status,"
    "my_last_updated,title,type,episodes,score,scored_by,rank\n"
    "kara,21,586,0000-00-00,0000-00-00,9,1,1362307973,One,TV,0,8.54,423868,91\n"
    "kara,59,26,0000-00-00,2006-01-03,7,2,1362923691,Two,TV,26,7.53,175388,1546\n"
    "dami,21,418,2010-02-05,0000-00-00,10,1,1393820127,One,TV,0,8.54,423868,91\n"
)
BGG = (
    ",user,rating,comment,ID,name\n0,tors,10.0,,30549,Plague\n1,mitn,10.0,\"Hands down, the best\","
    "30549,Plague\n2,avl,9,,822,Castle\n3,tors,7,,822,Castle\n"
)  # fmt: skip
AMAZON_2014 = (
    "A1C6M8LCIX4M6M,0001713353,5.0,1123804800\nA1REUF3A1YCPHM,0001713353,5.0,1112140800\n"
    "A1YRBRK2XM5D5,B00000AAAA,4.0,1081036800\n"
)
AMAZON_2018 = "".join(
    ",".join([item, user, *others]) + "\n"
    for user, item, *others in (row.split(",") for row in AMAZON_2014.split())
)
BEER = (
    "brewery_id,brewery_name,review_time,review_overall,review_aroma,review_appearance,"
    "review_profilename,beer_style,review_palate,review_taste,beer_name,beer_abv,beer_beerid\n"
    "10,Inn,1234817823,1.5,2,2.5,stc,Hefe,1.5,1.5,Weizen,5,47986\n"
    "10,Inn,1235915097,3,2.5,3,jo,Strong,3,3,Moon,6.2,48213\n"
)
YELP = (
    "review_id,user_id,business_id,stars,useful,funny,cool,text,date\n"
    "r1,u1,b1,3.0,0,0,0,If,2018-07-07 22:09:11\nr2,u2,b1,5.0,1,0,1,I,2012-01-03 15:28:18\n"
)


@pytest.mark.parametrize(
    ("content", "roles"),
    [
        ("user_id,movie_id,user_rating,avg\n1,10,4,3.5\n1,11,2,3.1\n2,10,5,3.5\n",
         "user=user_id item=movie_id rating=user_rating"),
        ("user_id,item_id,my_rating,n_votes\n1,10,4,3\n1,11,2,12\n2,10,5,30\n",
         "user=user_id item=item_id rating=my_rating"),
        (AMAZON_US, "user=customer_id item=product_id rating=star_rating time=review_date"),
        (MY_ANIME, "user=username item=anime_id rating=my_score time=my_last_updated"),
        (BGG, "user=user item=ID rating=rating"),
        (BEER, "user=review_profilename item=beer_beerid rating=review_overall time=review_time"),
        (YELP, "user=user_id item=business_id rating=stars time=date"),
        ("Id,ProductId,UserId,ProfileName,HelpfulnessNumerator,HelpfulnessDenominator,Score,Time\n"
         "1,B1,A1,ann,1,1,5,1303862400\n2,B2,A2,bob,0,0,1,1346976000\n",
         "user=UserId item=ProductId rating=Score time=Time"),
        ("reviewerID,asin,reviewerName,overall,unixReviewTime,reviewTime\n"
         'A1,B1,J,5.0,1393545600,"02 28, 2014"\nA2,B1,K,4.0,1363392000,"03 16, 2013"\n',
         "user=reviewerID item=asin rating=overall time=unixReviewTime"),
        ('"User-ID";"ISBN";"Book-Rating"\n"276725";"034545104X";"0"\n"276726";"0155061224";"5"\n',
         "user=User-ID item=ISBN rating=Book-Rating"),
        ("product/productId,review/userId,review/score,review/time\nB1,A1,4.0,940636800\n",
         "user=review/userId item=product/productId rating=review/score time=review/time"),
        ("userID,placeID,rating,food_rating,service_rating\nU1,135,2,2,1\nU2,135,1,2,2\n",
         "user=userID item=placeID rating=rating"),
        ("movie,customer,rating,date\n1,1488844,3,2005-09-06\n1,822109,5,2005-05-13\n",
         "user=customer item=movie rating=rating time=date"),
        ("rating,timestamp,parent_asin,user_id\n5,1588687728923,B1,A1\n4,1588687728924,B1,A2\n",
         "user=user_id item=parent_asin rating=rating time=timestamp"),
        ("authorId,article_id,stars\na,1,4\nb,1,3\n", "user=authorId item=article_id rating=stars"),
        ("uid,iid,r\n1,2,4\n1,3,5\n", "user=uid item=iid rating=r"),
        ("visitorid,city_id,score\nv,7,4\nw,7,3\n", "user=visitorid item=city_id rating=score"),
        ("user_id,video_id,time,date,timestamp,rating\n"
         "0,36,2020-07-05 00:08:23.438,20200705,1593878903.438,1\n"
         "0,95,2020-07-05 00:13:41.297,20200705,1593879221.297,2\n",
         "user=user_id item=video_id rating=rating time=timestamp"),
        ("userID\tmovieID\trating\tdate_day\tdate_month\tdate_year\tdate_hour\tdate_minute\n"
         "75\t3\t1\t29\t10\t2006\t23\t17\n75\t32\t4.5\t29\t10\t2006\t23\t23\n",
         "user=userID item=movieID rating=rating"),
        ("u,i,r,t\n1,2,4,978300760\n1,3,5,978300761\n", "user=u item=i rating=r time=t"),
        ("User-ID;Movie-Name;Your-Rating;IMDb Rating;Num Votes\n1;Heat;9;8.3;600\n1;Up;8;8.2;900\n",
         "user=User-ID item=Movie-Name rating=Your-Rating"),
        ("ID,customer,product,score\n11,a,x,4\n12,a,y,3\n13,b,x,1\n",
         "user=customer item=product rating=score"),
        ("ID,customer,stuff,score\n11,a,x,4\n12,a,y,3\n13,b,x,1\n",
         "user=customer item=stuff rating=score"),
        (",userId,movieId,rating\n0,1,31,2.5\n1,1,1029,3\n", "user=userId item=movieId rating=rating"),
        ("Unnamed: 0,who,movie,rating\n0,1,31,2.5\n1,1,1029,3\n", "user=who item=movie rating=rating"),
    ],
)  # fmt: skip
def test_names_decide(found: Found, content: str, roles: str) -> None:
    assert found(content) == dict(role.split("=") for role in roles.split())


@pytest.mark.parametrize(
    ("content", "roles"),
    [
        ("1,1,2,97\n", "user=1 item=2 rating=3"),
        ("1,1,2,97\n1,2,5,12\n2,1,4,33\n", "user=1 item=2 rating=3"),
        ("1,10,3\n", "user=1 item=2 rating=3"),
        ("u,a,4\nv,b,2.5\n", "user=1 item=2 rating=3"),
        ("u,a,4,978300760\nv,b,2,978302109\n", "user=1 item=2 rating=3 time=4"),
        ("u,a,978300760,4\nv,b,978302109,2\n", "user=1 item=2 rating=4 time=3"),
        ("u,a,2020-01-01,4\nv,b,2020-01-02T10:00:00Z,2\n", "user=1 item=2 rating=4 time=3"),
        ("u,a,word,word,4\nv,b,word,other,2\n", "user=1 item=2 rating=5"),
        ("u,a,4,20050906\nv,b,2,20051231\n", "user=1 item=2 rating=3 time=4"),
        ("u,a,4,978300760123456789\nv,b,2,978300760123456790\n", "user=1 item=2 rating=3 time=4"),
        ("3.5,u,a\n4,v,b\n", "user=2 item=3 rating=1"),
        (AMAZON_2014, "user=1 item=2 rating=3 time=4"),
        (AMAZON_2018, "user=2 item=1 rating=3 time=4"),
        ("B00000AAAA,bob,5\nB00000AAAB,ann,4\nB00000AAAB,bob,3\n", "user=2 item=1 rating=3"),
        ("tt0111161,1,5\ntt0068646,1,4\n", "user=2 item=1 rating=3"),
        ("ann@mail.org,7,5\nbob@mail.org,7,4\n", "user=1 item=2 rating=3"),
        ("7,ann@mail.org,5\n7,bob@mail.org,4\n", "user=2 item=1 rating=3"),
    ],
)
def test_without_names_the_number_right_after_two_ids(
    found: Found, content: str, roles: str
) -> None:
    expected = dict(role.split("=") for role in roles.split())
    assert found(content) == {role: f"column{place}" for role, place in expected.items()}


@pytest.mark.parametrize(
    ("content", "roles"),
    [
        ("user,item\nu,a\nv,a\n", "user=user item=item"),
        ("timestamp,visitorid,event,itemid,transactionid\n1433221332117,257597,view,355908,\n"
         "1433224214164,992329,addtocart,248676,\n1433221999827,111016,transaction,318965,4000\n"
         "1433221999828,111016,view,318965,\n",
         "user=visitorid item=itemid event=event time=timestamp"),
        ("InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
         "536365,85123A,LAMP,6,2010-12-01 08:26,2.55,17850,UK\n"
         "536366,71053,LANTERN,1,2010-12-01 09:26,3.39,17851,UK\n",
         "user=CustomerID item=StockCode weight=Quantity time=InvoiceDate"),
        ("t_dat,customer_id,article_id,price,sales_channel_id\n2018-09-20,c1,0663713001,0.05,2\n"
         "2018-09-21,c1,0541518023,0.03,1\n", "user=customer_id item=article_id time=t_dat"),
        ("user_id,song_id,listen_count\nu,s,3\nv,s,1\n", "user=user_id item=song_id weight=listen_count"),
        ("user_id,item_id,n_times\nu,s,3\nv,s,1\n", "user=user_id item=item_id weight=n_times"),
        ("session_id,item_id,action\ns,a,x\ns,b,y\nt,a,x\nt,b,x\n",
         "user=session_id item=item_id event=action"),
        ("user_id,item_id,category_id,behavior_type\n1,2,3,1\n1,4,5,1\n1,2,3,4\n2,2,3,1\n",
         "user=user_id item=item_id event=behavior_type"),
        ("household_key,DAY,PRODUCT_ID,QUANTITY,TRANS_TIME\n2375,1,1004906,1,1631\n2375,1,1033142,3,1631\n",
         "user=household_key item=PRODUCT_ID weight=QUANTITY"),
        ("feedback_type,user_id,item_id\nread,1,a\nstar,2,a\n",
         "user=user_id item=item_id event=feedback_type"),
        ("event_name,user_pseudo_id,items.item_id,items.quantity\n"
         "view,12.1577836800,a,1\npurchase,13.1577836801,b,1\n",
         "user=user_pseudo_id item=items.item_id event=event_name"),
        ("user_id,movie_id,avg,n_votes\n1,10,3.5,2\n1,11,3.1,4\n", "user=user_id item=movie_id"),
        ("user_id,movie_id,age,year\n1,10,25,1999\n2,11,31,2001\n", "user=user_id item=movie_id"),
        ("user,movie,stars_of_movie,type\nu,a,3,TV\nv,a,3,TV\nw,b,2,Film\n", "user=user item=movie"),
    ],
)  # fmt: skip
def test_a_table_without_a_rating_is_interactions(found: Found, content: str, roles: str) -> None:
    expected = dict(role.split("=") for role in roles.split())
    assert found(content) == expected | {"implicit": "yes"}


@pytest.mark.parametrize(
    ("content", "roles"),
    [
        ("u1\ta1\t13883\nu1\ta2\t11690\nu2\ta1\t3\nu2\ta3\t40\n", "user=1 item=2 weight=3"),
        ("2\t51\t13883\n2\t52\t11690\n4\t51\t11351\n", "user=1 item=2 weight=3"),
        ("u\ta\t1\nu\tb\t2\nv\ta\t1\nw\ta\t1\nw\tb\t90\n", "user=1 item=2 weight=3"),
        ("u\ta\nu\tb\nv\ta\n", "user=1 item=2"),
        ("1\t10\n1\t20\n", "user=1 item=2"),
        ("1\t10\t1588687728\n1\t20\t1588687729\n", "user=1 item=2 time=3"),
        ("1\t226\t252\tpv\t1511544070\n1\t233\t252\tbuy\t1511561733\n", "user=1 item=2 event=4 time=5"),
        ("151603712\tThe Scrolls V\tpurchase\t1.0\t0\n151603712\tThe Scrolls V\tplay\t27.5\t0\n"
         "59945701\tTower 2\tplay\t2.3\t0\n", "user=1 item=2 weight=4 event=3"),
    ],
)  # fmt: skip
def test_interactions_without_names(found: Found, content: str, roles: str) -> None:
    expected = dict(role.split("=") for role in roles.split())
    expected = {role: f"column{place}" for role, place in expected.items()}
    assert found(content) == expected | {"implicit": "yes"}


@pytest.mark.parametrize(
    ("content", "question", "candidates", "ways"),
    [
        ("rating,asin,parent_asin,user_id\n5,B1,P1,A1\n4,B2,P1,A2\n3,B3,P2,A1\n2,B4,P2,A2\n",
         "which column is the item?", ["asin: B1, B2, B3", "parent_asin: P1, P2"],
         "`item=\"asin\"` or `item=\"parent_asin\"`"),
        ("user,item,rating,score\nu,a,4,3\nv,b,2,1\n",
         "which column is the rating?", ["rating: 4, 2", "score: 3, 1"],
         "`rating=\"rating\"` or `rating=\"score\"`"),
        ("left,right,rating\nu,a,4\nv,b,2\nw,b,2\nx,a,1\n",
         "which column is the user, and which the item?", ["left: u, v, w", "right: a, b"],
         "`user=\"left\", item=\"right\"` or `user=\"right\", item=\"left\"`"),
        ("user,item,much\nu,a,4\nv,b,2\n",
         "is this the rating, or are rows interactions without a rating?", ["much: 4, 2"],
         "`rating=\"much\"` or `implicit=True`"),
        ("userID\tbookmarkID\ttagID\n8\t1\t1\n8\t2\t1\n9\t1\t2\n",
         "which column is the item?", ["bookmarkID: 1, 2", "tagID: 1, 2"],
         "`item=\"bookmarkID\"` or `item=\"tagID\"`"),
        ("1\t338\tmith\t154\t156\n1\t339\talpt\t166\t169\n2\t338\tmith\t587\t588\n",
         "which column is the weight?", ["column4: 154, 166, 587", "column5: 156, 169, 588"],
         "`weight=\"4\"` or `weight=\"5\"` or `implicit=True`"),
        ("".join(f"{n % 5}\t{n}\t{2_520_377 + n % 4}\n" for n in range(30)),
         "is this the weight, or are rows interactions without a weight?",
         ["column3: 2520377, 2520378, 2520379"], "`weight=\"3\"` or `implicit=True`"),
        ("4,a,u\n2,b,v\n",
         "is this the rating, or are rows interactions without a rating?", ["column1: 4, 2"],
         "`rating=\"1\"` or `implicit=True`"),
        ("u,5,a\nv,2,b\n",
         "is this the rating, or are rows interactions without a rating?", ["column2: 5, 2"],
         "`rating=\"2\"` or `implicit=True`"),
        ("user,item,rating,date_added,date_updated\n"
         "u,a,4,2020-01-01,2020-01-02\nv,b,3,2020-01-03,2020-01-03\n",
         "which column is the time?",
         ["date_added: 2020-01-01, 2020-01-03", "date_updated: 2020-01-02, 2020-01-03"],
         "`time=\"date_added\"` or `time=\"date_updated\"`"),
        ('user,"item, new",item_id,"old=item_id",rating\nu,a,1,9,4\nv,b,2,8,2\nv,c,2,7,2\n',
         "which column is the item?", ["item_id: 1, 2", "old=item_id: 9, 8, 7"],
         "`item=\"item_id\"` or `item=\"4\"`"),
    ],
)  # fmt: skip
def test_two_readings_are_asked(
    asked: Refused, content: str, question: str, candidates: list[str], ways: str
) -> None:
    first, *shown, last = asked(content).splitlines()
    assert first.startswith(question)
    assert shown == [f"  {candidate}" for candidate in candidates]
    assert last == f"Say it with {ways}."


STEAM = (
    "app_id,helpful,funny,date,is_recommended,hours,user_id,review_id\n"
    "975370,0,0,2022-12-12,True,36.3,51580,0\n304390,4,0,2017-02-17,False,11.5,2586,1\n"
)


@pytest.mark.parametrize(
    ("content", "shown", "way"),
    [
        (STEAM, "is_recommended: True, False", 'event="is_recommended", weights={"True": 1, "False": 0}'),
        ("user,item,liked\nu,a,no\nv,a,yes\n", "liked: no, yes",
         'event="liked", weights={"yes": 1, "no": 0}'),
        ("user,item,thumbs\nu,a,up\nv,a,down\n", "thumbs: up, down",
         'event="thumbs", weights={"up": 1, "down": 0}'),
        ("user,game,said\nu,a,Recommended\nv,a,Not Recommended\n", "said: Recommended, Not Recommended",
         'event="said", weights={"Recommended": 1, "Not Recommended": 0}'),
        ("user,item,mood\nu,a,negative\nv,a,neutral\n", "mood: negative, neutral",
         'event="mood", weights={"neutral": 1, "negative": 0}'),
    ],
)  # fmt: skip
def test_what_was_not_liked_is_no_interaction_in_silence(
    asked: Refused, content: str, shown: str, way: str
) -> None:
    question, column, answer = asked(content).splitlines()
    assert question == "do all rows say what a user likes? There is a column"
    assert column == f"  {shown}"
    assert f"`{way}`, or `implicit=True`" in answer


@pytest.mark.parametrize(
    "content",
    [
        "user,item,liked\nu,a,yes\nv,a,yes\n",  # nothing against
        "user,item,premium\nu,a,yes\nv,a,no\n",  # no opinion on the item
        "user,item,reaction\nu,a,positive\nv,a,positive\nv,b,negative\n",  # known of the item
    ],
)
def test_not_every_yes_or_no_is_an_opinion(found: Found, content: str) -> None:
    assert found(content) == {"user": "user", "item": "item", "implicit": "yes"}


def test_stars_with_decimal_commas_are_no_interactions_in_silence(asked: Refused) -> None:
    rows = "user;item;Bewertung\nu;a;4,5\nv;b;3,0\nu;b;4,5\n"
    question, column, answer = asked(rows).splitlines()
    assert question == "is this the rating, with a decimal comma?"
    assert column == "  Bewertung: 4,5, 3,0"
    assert answer == 'Say it with `decimal=",", rating="Bewertung"` or `implicit=True`.'


@pytest.mark.parametrize(
    "header", ["customer_name,product_name", "visitor,page", "who,what", "reader,article"]
)
def test_names_above_names_are_a_header(found: Found, header: str) -> None:
    user, item = header.split(",")
    content = f"{header}\nann,tea\nbob,tea\nann,jam\n"
    assert found(content) == {"user": user, "item": item, "implicit": "yes"}


def test_a_position_is_no_rating(asked: Refused) -> None:
    """As check-ins are published: user, venue, category, latitude, longitude."""
    message = asked("u,4b1a,Cafe,40.7198,-74.0025\nv,4b2f,Bar,40.6068,-74.0441\n")
    assert message.startswith(
        "which column is the rating? It may be:\n  column4: 40.7198, 40.6068\n"
    )


def test_a_price_before_what_looks_like_stars(asked: Refused) -> None:
    message = asked("u,a,12.99,4\nu,b,3.49,2\nv,a,12.99,5\n")
    assert message.startswith("which column is the rating? It may be:\n  column3: 12.99, 3.49\n")


def test_an_artist_or_a_track(asked: Refused) -> None:
    """As plays are published without names: user, time, artist, track."""
    content = (
        "u1\t2009-05-04T23:08:57Z\tDeep Dish\tSay Hello\n"
        "u1\t2009-05-04T13:54:10Z\tDeep Dish\tFlashdance\nu2\t2009-05-04T13:06:09Z\tUnderworld\tRez\n"
    )
    first, *shown, last = asked(content).splitlines()
    assert first == "which column is the item? It may be:"
    assert [line.split(":")[0] for line in shown] == ["  column3", "  column4"]
    assert last == 'Say it with `item="3"` or `item="4"`.'


def test_a_user_in_each_row_or_row_numbers(asked: Refused) -> None:
    rows = "".join(f"{row},u{row % 4},i{row % 7},x{row % 3},{row % 5}\n" for row in range(1, 31))
    message = asked(rows)
    assert message.startswith("which column is the user? It may be:\n  column1: 1, 2, 3\n")
    assert message.endswith('Say it with `user="1"` or `user="2"`.')


def test_an_answer_settles_the_question(found: Found) -> None:
    content = "user,item,much\nu,a,4\nv,b,2\n"
    assert found(content, rating="much") == {"user": "user", "item": "item", "rating": "much"}
    assert found(content, implicit=True) == {"user": "user", "item": "item", "implicit": "yes"}
    assert found(content, implicit=False) == {"user": "user", "item": "item", "rating": "much"}
    content = "left,right,rating\nu,a,4\nv,b,2\n"
    expected = {"user": "right", "item": "left", "rating": "rating"}
    assert found(content, user="right", item="left") == expected
    assert found(content, user="right") == expected
    assert found("4,a,u\n2,b,v\n", rating="1") == {
        "user": "column2",
        "item": "column3",
        "rating": "column1",
    }


def test_dates_as_they_are_said_to_be_written(found: Found) -> None:
    expected = {"user": "column1", "item": "column2", "rating": "column4", "time": "column3"}
    assert found("u,a,31.12.2005,4\nv,b,1.2.2006,2\n", time_format="%d.%m.%Y") == expected
    assert found("u,a,31122005,4\nv,b,01022006,2\n", time_format="%d%m%Y") == expected


def test_columns_that_say_the_same_are_no_question(found: Found) -> None:
    content = "user,track_id,song_id,rating\nu,1,x,4\nv,1,x,2\nw,2,y,5\n"
    assert found(content) == {"user": "user", "item": "track_id", "rating": "rating"}


@pytest.mark.parametrize(
    ("given", "places"),
    [
        ({"rating": "3"}, "123"),
        ({"rating": "column3"}, "123"),
        ({"user": "1"}, "123"),
        ({"user": "2"}, "213"),
        ({"item": "1"}, "213"),
        ({"user": "3"}, "312"),
        ({"rating": "1"}, "231"),
        ({"rating": "2", "user": "column1"}, "132"),
        ({"rating": "1", "item": "column2"}, "321"),
    ],
)
def test_one_column_named_leaves_the_others(
    found: Found, given: dict[str, str], places: str
) -> None:
    content = "1,10,4\n2,20,3\n2,10,1\n"
    names = [f"column{place}" for place in places]
    assert found(content, **given) == dict(zip(("user", "item", "rating"), names, strict=True))


@pytest.mark.parametrize(
    "given", [{"rating": "3"}, {"rating": "stars"}, {"item": "2", "rating": "stars"}]
)
def test_columns_by_name_and_by_number_mixed(found: Found, given: dict[str, str]) -> None:
    content = "who,what,stars,score\nu,a,4,1\nv,b,3,2\n"
    assert found(content, **given) == {"user": "who", "item": "what", "rating": "stars"}


def test_implicit_leaves_ratings_alone(found: Found) -> None:
    content = "user,item,rating,time\nu,a,4,978300760\nv,b,3,978300761\n"
    plain = {"user": "user", "item": "item", "time": "time"}
    assert found(content, implicit=True) == plain | {"implicit": "yes"}
    weighed = plain | {"weight": "rating", "implicit": "yes"}
    assert found(content, implicit=True, weight="rating") == weighed
    assert found(content, implicit=False) == plain | {"rating": "rating"}
    assert found("u,a,4\nv,b,3\n", implicit=True) == {
        "user": "column1",
        "item": "column2",
        "implicit": "yes",
    }
    assert found("u,a,4\nv,b,300\n", implicit=False) == {
        "user": "column1",
        "item": "column2",
        "rating": "column3",
    }


@pytest.mark.parametrize(
    "given", [{"weight": "much"}, {"event": "much"}, {"weights": {"4": 1.0, "2": 3.0}}]
)
def test_who_names_a_weight_means_interactions(found: Found, given: dict[str, str]) -> None:
    played = found("user,item,much\nu,a,4\nv,b,2\n", **given)
    assert played["implicit"] == "yes"
    assert "rating" not in played


def test_what_is_no_user_is_not_offered_for_one(asked: Refused) -> None:
    content = "order_id,product_id,add_to_cart_order,reordered\n2,33,1,1\n2,28,2,1\n3,33,1,0\n"
    assert asked(content).startswith("no column for user. It has 4 columns: order_id, product_id,")


def test_explicit_needs_a_rating(asked: Refused) -> None:
    message = asked("user,item,event\nu,a,view\nv,b,view\n", implicit=False)
    assert message.startswith("no column for rating. It has 3 columns: user, item, event.")
    assert '`user="NAME", item="NAME", rating="NAME"`' in message
    assert "`implicit=True`" in message


def test_what_is_left_out_and_taken_for_interactions_is_told(assigned: Assign) -> None:
    found = assigned(BGG)
    assert found.notes == [("left out", "column1 (row numbers)", "columns")]
    assert "implicit" not in found.guessed
    assert "implicit" in assigned("user,item\nu,a\n").guessed
    assert "implicit" not in assigned("user,item\nu,a\n", implicit=True).guessed
    first = assigned("ID,customer,stuff,score\n11,a,x,4\n12,a,y,3\n13,b,x,1\n")
    assert first.notes == [("left out", "ID (row numbers)", "columns")]


def test_the_whole_file_is_looked_at_not_its_head(found: Found) -> None:
    """Its first rows are of one item."""
    rows = [f"{n},u{n % 97},{n // 100},{5 - n % 5}" for n in range(20_000)]
    content = "ID,person,stuff,note\n" + "\n".join(rows) + "\n"
    assert found(content, rating="note") == {"user": "person", "item": "stuff", "rating": "note"}


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("userId", "user"), ("User-ID", "user"), ("reviewerID", "user"), ("visitorid", "user"),
        ("movieId", "item"), ("ISBN", "item"), ("book", "item"), ("article_id", "item"),
        ("rating", "rating"), ("Book-Rating", "rating"), ("overall", "rating"), ("my_score", "rating"),
        ("timestamp", "time"), ("unixReviewTime", "time"), ("created_at", "time"),
        ("avg_rating", None), ("n_votes", None), ("scored_by", None), ("imdb_score", None),
        ("The Book", None), ("Animal House", None), ("R", None), ("view", None), ("", None),
    ],
)  # fmt: skip
def test_names_beyond_doubt(name: str, role: str | None) -> None:
    assert roles.role_of(name) == role


def columns(**texts: list[str]) -> dict[str, np.ndarray]:
    return {name: np.array(column, dtype=object) for name, column in texts.items()}


@pytest.mark.parametrize(
    ("texts", "unit"),
    [
        (["978300760", "0"], "s"),
        (["978300760.5"], "s"),
        (["978300760000"], "ms"),
        (["978300760000000"], "us"),
        (["978300760000000000"], "ns"),
        (["20100131", "19991231"], "date"),
        (["20100131", "20101331"], "s"),
        (["20100131123000"], "date"),
        (["1999", "2004"], "date"),
        (["1999", "88"], "s"),
        (["2001-01-01"], "date"),
        (["", "", "978300760"], "date"),
    ],
)
def test_time_units(texts: list[str], unit: str) -> None:
    assert roles.time_unit(np.array(texts, dtype=object)) == unit


@pytest.mark.parametrize(
    ("table", "wide"),
    [
        (columns(**{f"c{n}": ["1", "99"] for n in range(10)}), True),
        (columns(**{f"c{n}": ["1", "99"] for n in range(9)}), False),
        (columns(name=["u", "v"], **{f"c{n}": ["1", ""] for n in range(9)}), True),
        (columns(rating=["1", "2"], **{f"c{n}": ["1", "99"] for n in range(9)}), False),
        (columns(**{f"c{n}": ["1", "x"] for n in range(10)}), False),
        (columns(user_id=["1"], item_id=["2"], **{f"c{n}": ["1"] for n in range(9)}), False),
    ],
)
def test_wide_matrices(table: dict[str, np.ndarray], wide: bool) -> None:
    assert roles.wide(table) is wide
