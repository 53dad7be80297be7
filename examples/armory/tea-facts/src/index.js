// Answers with a fact and the version that knows it.
const facts = [
  "Green and black tea come from the same plant.",
  "Tea bags were first sold as samples.",
];

exports.handler = async (event, context) => ({
  fact: facts[(event.number ?? 0) % facts.length],
  version: context.functionVersion,
});
