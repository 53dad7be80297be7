export const handler = async (event, context) => ({
  order: event.order ?? null,
  version: context.functionVersion,
});
