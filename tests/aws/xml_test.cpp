#include "aws/xml.hpp"

#include <gtest/gtest.h>

namespace sluice::aws {
namespace {

TEST(Xml, ReadsWhatAnswersHold) {
  auto document = parse_xml(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- c -->\n"
      "<List xmlns=\"http://x/?a>b\"><Name>a &amp; b &lt;&#65;&#x20AC;&gt;</Name>"
      "<s:Item a='1'>1</s:Item><Item/><Item><![CDATA[<raw>]]></Item><!-- d --></List>\n");
  ASSERT_TRUE(document) << document.error().text();
  EXPECT_EQ(document->name, "List");
  EXPECT_EQ((*document)["Name"].text, "a & b <A€>");
  auto items = document->all("Item");
  ASSERT_EQ(items.size(), 3u);
  EXPECT_EQ(items[0]->text, "1");
  EXPECT_EQ(items[1]->text, "");
  EXPECT_EQ(items[2]->text, "<raw>");
  EXPECT_EQ((*document)["None"].text, "");
  EXPECT_EQ(document->find("None"), nullptr);
}

TEST(Xml, RefusesWhatItCannotTrust) {
  std::string deep, closed;
  for (int i = 0; i < 33; ++i) deep += "<a>", closed += "</a>";
  for (std::string const& text :
       {std::string(""), std::string("text"), std::string("<a>"), std::string("<a></b>"),
        std::string("<a>&none;</a>"), std::string("<a>& b</a>"), std::string("<a>&#0;</a>"),
        std::string("<a>&#xD800;</a>"), std::string("<a/><b/>"), std::string("<a/>x"),
        std::string("<!DOCTYPE a [<!ENTITY e \"x\">]><a>&e;</a>"), std::string("<a b='c></a>"),
        std::string("<>"), std::string("<a><![CDATA[x</a>"), deep + closed})
    EXPECT_FALSE(parse_xml(text)) << text;
  EXPECT_TRUE(parse_xml(deep.substr(3) + closed.substr(4)));
}

TEST(Xml, EscapedTextComesBack) {
  std::string text = "a<b>&\"c'";
  auto document = parse_xml("<a>" + xml_escape(text) + "</a>");
  ASSERT_TRUE(document);
  EXPECT_EQ(document->text, text);
}

}  // namespace
}  // namespace sluice::aws
