-- An address that was never asked for before, with every request.
local asked = os.time() * 1000000
request = function()
  asked = asked + 1
  return wrk.format(nil, string.format("%s?x=%d", wrk.path, asked))
end
