export default [{ rules: { "no-eval": "error" } }];
