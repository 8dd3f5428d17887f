// Puts failures' messages and stack traces into payloads, which the codec encrypts. CommonJS: Temporal loads it by its
// path, into the workflows' bundle as well.
const { DefaultFailureConverter } = require('@temporalio/common');

exports.failureConverter = new DefaultFailureConverter({ encodeCommonAttributes: true });
