// Answers with the order it was asked for and the version that answered.
exports.handler = async (event, context) => ({
  order: event.order ?? null,
  version: context.functionVersion,
});
