-- `wrk … -- FILE`: each line of it is a host, a basket's line and a cookie; they take turns to change how many they want.
local shoppers, turn = {}, 0
init = function(args)
  for told in io.lines(args[1]) do
    local host, line, cookie = told:match("(%S+) (%S+) (.+)")
    shoppers[#shoppers + 1] = { "/cart/lines/" .. line, {
      ["Host"] = host, ["Cookie"] = cookie, ["Content-Type"] = "application/x-www-form-urlencoded",
    } }
  end
end
request = function()
  local shopper = shoppers[turn % #shoppers + 1]
  turn = turn + 1
  local many = math.floor(turn / #shoppers) % 5 + 1
  return wrk.format("POST", shopper[1], shopper[2], "quantity=" .. many)
end
